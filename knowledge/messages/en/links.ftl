### Why a page of the web isn't fetched

error-not-fetched-off = Links aren't fetched here; an operator can allow hosts with ALLOW_URLS.
error-not-fetched-scheme = Only http and https addresses are fetched, and none that leads from https to http.
error-not-fetched-credentials = The address has a user name or password in it, so it isn't fetched.
error-not-fetched-host = { $host } isn't among the sites of ALLOW_URLS, so it isn't fetched.
error-not-fetched-port = Port { $detail } of { $host } isn't in ALLOW_URLS, so it isn't fetched.
error-not-fetched-address = { $host } leads into an internal network, so it isn't fetched. If it should be, an operator has to name that network in ALLOW_URLS.
error-not-fetched-resolve = No address was found for { $host }.
error-not-fetched-redirects = { $host } redirects too many times.
error-not-fetched-robots = { $host } asks robots in its robots.txt to leave this page alone.
error-not-fetched-gone = { $host } doesn't have this page ({ $detail }).
error-not-fetched-denied = { $host } doesn't show this page without a login ({ $detail }).
error-not-fetched-status = { $host } didn't give this page ({ $detail }).
error-not-fetched-type = What is at this address is no document that can be read ({ $detail }).
error-not-fetched-too_large = The page is too large ({ $detail }).
error-not-fetched-packed = { $host } sends the page compressed, so it can't be read.
error-not-fetched-timed_out = { $host } didn't answer in time.
error-not-fetched-unreachable = { $host } can't be reached.
error-not-fetched-tls = The certificate of { $host } can't be trusted.
error-not-fetched-broken = What { $host } answers is no proper HTTP.
error-not-fetched-malformed = This is no proper web address.
error-not-fetched-unreadable = The page at { $host } has no text to read any more.
error-not-fetched = The page can't be fetched.
