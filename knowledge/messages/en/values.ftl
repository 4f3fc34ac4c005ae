### Languages and ages

language-ko = Korean
language-en = English
age-now = just now
age-minutes = { $count ->
    [one] 1 minute ago
   *[other] { $count } minutes ago
}
age-hours = { $count ->
    [one] 1 hour ago
   *[other] { $count } hours ago
}
age-days = { $count ->
    [one] 1 day ago
   *[other] { $count } days ago
}
age-weeks = { $count ->
    [one] 1 week ago
   *[other] { $count } weeks ago
}
