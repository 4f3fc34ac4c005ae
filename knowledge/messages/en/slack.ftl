### Slack

slack-stop = Stop
slack-share = Share in this channel
slack-shared = { $person } shares an answer
slack-looking = Looking… The answer comes below, for you alone.
slack-thanks = Thank you, that helps.
slack-feedback-gone = This answer isn't kept any more, so there is nothing to note.
slack-reason-title = What was wrong?
slack-reason-submit = Send
slack-reason-close = Cancel
slack-reason-which = The answer
slack-reason-wrong = is wrong
slack-reason-outdated = is out of date
slack-reason-missing = lacks a document that I know of
slack-reason-not-allowed = shows something that shouldn't be shown here
slack-reason-other = something else
slack-reason-comment = Anything else?
slack-share-failed = This answer could not be posted here. Invite me to the channel first.
slack-failed = Something unexpected went wrong (id { $incident }; the log says more). Try again.
