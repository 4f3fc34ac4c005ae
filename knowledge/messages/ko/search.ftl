### 검색

search-nothing = 찾은 것이 없습니다.
search-language = 질문의 언어
search-trust = 의미 점수를 믿는 정도
search-probability = 문서에 답이 있는지
search-answerable = 있다고 봅니다(확률 { $probability })
search-unanswerable = 없다고 봅니다(확률 { $probability })
search-repaired = 고쳐 읽은 단어
search-time = 걸린 시간
search-score = 점수
search-lexical = 단어
search-lexical-rank = 순위
search-dense = 의미
search-dense-rank = 순위
search-language-short = 언어
search-also-in = 같은 글: { $path }
