### 언어와 시간

language-ko = 한국어
language-en = 영어
age-now = 방금
age-minutes = { $count }분 전
age-hours = { $count }시간 전
age-days = { $count }일 전
age-weeks = { $count }주 전
