### What the librarian says in a chat beside answers

talk-empty = Ask me something: I answer from your team's documents. /docs help shows what else I can do.
talk-limit = That is many questions in a short time. Ask again in { $seconds ->
    [one] a second
   *[other] { $seconds } seconds
}.
talk-limit-at-once = I'm still answering several of your questions. Ask again when one is finished.
talk-interrupted = I was interrupted while I worked on this. Please ask again.
talk-attachment = { $name } wasn't used: { $why }
talk-attachment-many = I read { $most } files of one question.
talk-attachment-large = It is larger than { $most } MiB. Add it with /docs add, then ask again.
talk-attachment-long = There is more text in it than I read for one question. Add it with /docs add, then ask again.
talk-attachment-gone = I couldn't fetch it.
talk-attachment-no-question = What do you want to know about { $names }? Send the question together with the file.
talk-audience-outsiders = People from outside the team read this channel, so I only looked through this channel's own documents.
talk-audience-unknown-channel = I couldn't find out who reads this channel, so I only looked through this channel's own documents.
talk-audience-unknown-person = I couldn't find out who you are, so I only looked through the documents that you added for yourself.
talk-audience-unknown-channels = I couldn't find out which channels you are in, so I left their documents out.
talk-stop-over = This answer is finished already.
talk-stop-not-yours = Only the person who asked, or an admin, can stop this answer.
talk-share-gone = This answer isn't kept any more, or a document that it stands on is gone. Ask again.
talk-share-not-allowed = This answer uses a document that not everyone in this channel may read, so I can't share it here.
talk-share-again = This answer was already shared in this channel.
talk-unknown-rights = I couldn't find out whether you may do this. Try again in a minute.
talk-unknown-command = There is no command { $name }.
talk-help = Commands after /docs:
talk-help-help = `help`: show this
talk-help-list = `list [WORDS]`: the documents that you may read
talk-help-show = `show NUMBER`: one document
talk-help-add = `add`: opens a form for files or a text; or at once: `add TITLE`, then a line break and a text, or `add LINK`, for this channel (in a direct message: for you alone)
talk-help-approve = `approve`: what people said was wrong; `approve NUMBER`, or `approve QUESTION`, a line break and the answer: keep it as an approved answer (admins)
talk-help-remove = `remove NUMBER`: forget a document (who added it, or an admin)
talk-help-status = `status`: how fresh the documents are
talk-help-reindex = `reindex`: look through all folders now (admins)
talk-help-forget = `forget FOLDER`: forget the files that `status` says are missing from a folder (admins)
talk-help-followups = `followups on` or `followups off`: whether I answer in my threads of this channel without a mention
talk-list = { $count ->
    [one] One document:
   *[other] { $count } documents:
}
talk-list-more = … and { $count } more. Add a word to find fewer.
talk-list-none = No document that you may read matches “{ $wanted }”.
talk-several = { $count ->
    [one] One document matches:
   *[other] { $count } documents match. Give the number of one:
}
talk-which = Which one? Give its number from /docs list.
talk-scope = for { $scope }
talk-show = { $name }, for { $scope }, changed { $date }, { $passages ->
    [one] one passage
   *[other] { $passages } passages
}
talk-status = { $count ->
    [one] You may read one document.
   *[other] You may read { $count } documents.
}
talk-status-refreshed = Last looked through { $minutes ->
    [0] less than a minute ago.
    [one] a minute ago.
   *[other] { $minutes } minutes ago.
}
talk-status-never = The folders haven't been looked through yet.
talk-status-running = The folders are being looked through. { $stage }: { $figures }
talk-status-problems = { $count ->
    [one] One file couldn't be used; saseo doctor on the machine tells more.
   *[other] { $count } files couldn't be used; saseo doctor on the machine tells more.
}
talk-status-overdue = The folders should have been looked through by { $when }, and weren't; see the log, or /docs reindex.
talk-status-missing = In { $folder }, { $missing } of { $known } documents are missing at once; they stay in the index. If they were removed on purpose: /docs forget { $folder }
talk-status-gone = The folder { $folder } isn't there; its documents ({ $known }) stay in the index.
talk-followups-which = Write followups on or followups off.
talk-followups-direct = In a direct message I always answer; this is for channels.
talk-followups-on = From now on I answer in my threads of this channel without a mention.
talk-followups-off = From now on I only answer in this channel when I'm mentioned.
talk-not-in-channel = Only members of this channel can do this.
talk-remove-not-allowed = Only the person who added “{ $title }”, or an admin, can remove it.
talk-removed = Forgotten: { $title }
talk-adding = { $count ->
    [one] Reading it…
   *[other] Reading { $count } files…
}
talk-added = Added, for { $scope }:
talk-add-nothing = Nothing to add: write a title, then a line break, then the text; or a link.
talk-add-unreadable = { $name } wasn't added: { $why }
talk-add-team-not-allowed = Only an admin can add something for the whole team.
talk-forget-not-allowed = Only an admin can do this.
talk-forget-which = Which folder? These wait:
talk-forget-none = No folder has missing files that wait for your word.
talk-forget-forgotten = Forgotten: { $count ->
    [one] one document
   *[other] { $count } documents
} of { $folder }.
talk-forget-came-back = The files of { $folder } are there again, so there was nothing to forget.
talk-forget-more-missing = More files of { $folder } are missing now than /docs status showed, so nothing was forgotten. Look at it again.
talk-forget-gone = The folder { $folder } isn't there, so nothing is known of its files, and nothing was forgotten. Take it off the settings if it is no longer needed.
talk-reindex-not-allowed = Only an admin can do this.
talk-reindexing = Looking through the folders…
talk-reindexing-at = Looking through the folders… { $done } of { $total }
talk-reindexed = Done: { $added } added, { $changed } changed, { $removed } removed, { $failed } failed.
feedback-none = Nobody has said anything about an answer yet.
talk-add-later = Kept, but not readable yet: it is tried again with the next run (/docs status).
talk-save-nothing = There is no text to save in this message.
talk-show-added = Added by { $name } on { $date }
talk-approve-not-allowed = Only an admin can approve an answer.
talk-approve-which = These wait. Give a number to approve what was written, or a question, a line break and the answer:
talk-approve-none = Nothing waits to be approved. Write a question, then a line break, then the answer.
talk-approved-by = Approved answer ({ $name }, { $date })
