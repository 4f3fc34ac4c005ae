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
index-check-sound = 색인이 카탈로그와 같습니다: 단락 { $passages }개, 벡터가 있는 단락 { $vectors }개. 표본 { $samples }개를 낱말과 벡터로 찾았습니다.
index-check-wrong = 색인이 카탈로그와 다릅니다(단락 { $passages }개, 벡터가 있는 단락 { $vectors }개, 표본 { $samples }개로 확인).
index-check-words =   낱말: 빠진 것 { $missing }개, 남는 것 { $surplus }개
index-check-meaning =   벡터: 빠진 것 { $missing }개, 남는 것 { $surplus }개
index-check-samples =   표본 { $samples }개 가운데 { $lost }개를 제 낱말과 벡터로 찾지 못했습니다
index-check-repair = 바로잡으려면: saseo index check --repair
index-copied = 쓰려면 .env에 { $setting } 값을 적으세요. 그때까지 바뀐 것은 다음에 시작할 때 채웁니다.
