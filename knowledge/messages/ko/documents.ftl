### 문서

docs-none = 아직 색인한 문서가 없습니다. 이렇게 시작하세요: saseo index 폴더
docs-none-found = “{ $wanted }”에 맞는 문서가 없습니다. saseo docs list로 모두 볼 수 있습니다.
docs-several = “{ $wanted }”에 맞는 문서가 { $count }개입니다. 그 가운데 하나의 번호를 적어 주세요.
docs-total = 문서 { $documents }개, 단락 { $passages }개
docs-id = 번호
docs-title = 제목
docs-link = 링크
docs-path = 경로
docs-scope = 공개 범위
docs-language = 언어
docs-size = 크기
docs-modified = 수정
docs-age = 수정
docs-passages = 단락
docs-left-out = 빠진 것
docs-added = 추가했습니다. 공개 범위 { $scope }: { $title }
docs-add-refused = { $name } 파일은 추가하지 않았습니다. { $why }
docs-remove-means = 이 문서를 사서에서 지웁니다: { $title } ({ $path }) 답에 더는 쓰지 않고, 그 이름으로 다시 색인하기 전에는 색인에도 넣지 않습니다. 원본 파일은 그대로 둡니다.
docs-remove-sure = 지울까요?
docs-removed = 사서에서 지웠습니다: { $title } ({ $path })
