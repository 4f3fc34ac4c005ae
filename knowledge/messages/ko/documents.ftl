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
docs-added = 더했습니다. 범위 { $scope }: { $title }
docs-add-refused = { $name } 파일은 더하지 않았습니다. { $why }
docs-remove-means = 이 문서를 잊습니다: { $title } ({ $path }) 답에 더는 쓰지 않고, 그 이름으로 다시 색인할 때까지 이후의 색인에서도 빼놓습니다. 파일은 그대로 둡니다.
docs-remove-sure = 잊을까요?
docs-removed = 잊었습니다: { $title } ({ $path })
