### Slack

slack-stop = Stop
slack-form-close = Cancel
slack-form-wait = Looking…
slack-add-form = Add to the documents
slack-add-submit = Add
slack-add-files = Files (10 MB each at most)
slack-add-title = Title
slack-add-text = Or a text, or links to web pages
slack-add-nothing = Choose a file, or write a text or a link.
slack-add-part = What to keep
slack-add-message = This message
slack-add-thread = The whole thread
slack-readers = Who may find it
slack-readers-place = Everyone who reads this channel
slack-readers-person = Me alone
slack-readers-team = The whole team (admins only)
slack-remove-form = Forget a document
slack-remove-submit = Forget it
slack-remove-which = Which document?
slack-remove-sure = Forget **{ $title }** (#{ $number })? No answer will use it any more.
slack-remove-several = Several documents match “{ $wanted }”.
slack-thread-unreadable = I can't read that conversation. Invite me to the channel (/invite @saseo), then add it again.
slack-share = Share in this channel
slack-shared = { $person } shares an answer
slack-looking = Looking… The answer comes below, for you alone.
slack-thanks = Thank you, that helps.
slack-feedback-gone = This answer isn't kept any more, so there is nothing to note.
slack-reason-title = What was wrong?
slack-reason-submit = Send
slack-reason-which = The answer
slack-reason-wrong = is wrong
slack-reason-outdated = is out of date
slack-reason-missing = lacks a document that I know of
slack-reason-not-allowed = shows something that shouldn't be shown here
slack-reason-other = something else
slack-reason-comment = Anything else?
slack-share-failed = This answer could not be posted here. Invite me to the channel first.
slack-failed = Something unexpected went wrong (id { $incident }; the log says more). Try again.
slack-home-title = Ask your team's documents
slack-home-how = • In a channel that I'm in: `@saseo how many days of leave do I have?`
    • For you alone: `/ask` anywhere, or write to me under *Messages*
    • *⋮ > Ask about this message* and *Add to the documents* stand in every message's menu
slack-home-known = What you may ask about
slack-home-everyone = For everyone: { $count ->
    [one] one document
   *[other] { $count } documents
}
slack-home-team = For the team: { $count ->
    [one] one document
   *[other] { $count } documents
}
slack-home-channel = { $channel }: { $count ->
    [one] one document
   *[other] { $count } documents
}
slack-home-person = For you alone: { $count ->
    [one] one document
   *[other] { $count } documents
}
slack-home-more = … and { $count ->
    [one] one more channel
   *[other] { $count } more channels
}
slack-home-none = There is nothing yet that you may read.
slack-home-newest = Changed last
slack-home-partial = I couldn't find out everything that you may read, so some documents may be left out here.
slack-prompts = Ask about…
slack-prompt-title = { $title }
slack-prompt = What does “{ $title }” say? The main points, please.
