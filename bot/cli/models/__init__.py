"""`saseo models`: the models there are, fetching and bringing them, checking them, and choosing one."""
