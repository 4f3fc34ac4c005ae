### 색인

progress-scanning = 찾는 중
progress-reading = 읽는 중
progress-indexing = 색인하는 중
progress-finishing = 마무리
progress-asking = 질문하는 중
progress-rate = 초당 { $rate }개
progress-left = { $time } 남음
index-no-folder = 아직 색인할 폴더가 없습니다. 폴더를 적어 주세요: saseo index 폴더 (또는 .env의 SHARED_FOLDERS)
index-stopping = 이 문서까지만 하고 멈춥니다. 끝난 것은 남습니다. Ctrl-C를 한 번 더 누르면 바로 멈춥니다.
index-added = 추가
index-changed = 변경
index-moved = 이동
index-removed = 삭제
index-unchanged = 그대로
index-skipped = 건너뜀
index-failed = 실패
index-time = 시간
index-more-problems = … 그 밖에 { $count }개가 더 있습니다. --verbose를 붙이면 모두 나옵니다.
index-rebuilt = 색인을 새로 만들었습니다: 문서 { $documents }개, 단락 { $passages }개
