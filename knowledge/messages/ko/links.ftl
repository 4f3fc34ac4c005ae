### 왜 웹 페이지를 가져오지 못하는지

error-not-fetched-off = 링크는 가져오지 않도록 되어 있습니다. 운영자가 ALLOW_URLS로 켤 수 있습니다.
error-not-fetched-scheme = http와 https 주소만 가져오고, https에서 http로 넘어가는 주소는 따라가지 않습니다.
error-not-fetched-credentials = 주소에 사용자 이름이나 비밀번호가 들어 있어 가져오지 않습니다.
error-not-fetched-host = { $host } 사이트는 ALLOW_URLS에 없어서 가져오지 않습니다.
error-not-fetched-port = { $host }의 { $detail }번 포트는 ALLOW_URLS에 없어서 가져오지 않습니다.
error-not-fetched-address = { $host } 주소는 내부 네트워크로 이어져서 가져오지 않습니다. 그래야 한다면 운영자가 그 네트워크를 ALLOW_URLS에 적어야 합니다.
error-not-fetched-resolve = { $host }의 주소를 찾지 못했습니다.
error-not-fetched-redirects = { $host } 페이지가 너무 여러 번 다른 주소로 넘깁니다.
error-not-fetched-robots = { $host } 사이트가 robots.txt로 이 페이지를 가져가지 말라고 합니다.
error-not-fetched-gone = { $host }에 이 페이지가 없습니다({ $detail }).
error-not-fetched-denied = { $host } 사이트가 로그인 없이는 이 페이지를 보여 주지 않습니다({ $detail }).
error-not-fetched-status = { $host } 사이트가 이 페이지를 주지 않았습니다({ $detail }).
error-not-fetched-type = 이 주소에 있는 것은 읽을 수 있는 문서가 아닙니다({ $detail }).
error-not-fetched-too_large = 페이지가 너무 큽니다({ $detail }).
error-not-fetched-packed = { $host } 사이트가 페이지를 압축해서 보내 읽을 수 없습니다.
error-not-fetched-timed_out = { $host } 사이트가 제때 답하지 않았습니다.
error-not-fetched-unreachable = { $host }에 연결하지 못했습니다.
error-not-fetched-tls = { $host }의 인증서를 믿을 수 없습니다.
error-not-fetched-broken = { $host }의 답이 올바른 HTTP가 아닙니다.
error-not-fetched-malformed = 올바른 웹 주소가 아닙니다.
error-not-fetched-unreadable = { $host }의 페이지에 이제 읽을 글이 없습니다.
error-not-fetched = 페이지를 가져오지 못했습니다.
