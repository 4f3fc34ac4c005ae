"""Where people are: each adapter translates between a platform and the handler."""
