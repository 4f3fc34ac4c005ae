"""Pages of the web as documents: fetched from named hosts only, and looked at again from time to time.

`permitted` says what may be reached, `fetch` reaches that and nothing else, `robots` asks the site, `kinds`
tells a document from other things, `pages` keeps what was fetched and when to look again.
"""
