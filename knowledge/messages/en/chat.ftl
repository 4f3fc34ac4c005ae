### The chat

chat-prompt = ask>
chat-press-again = Press Ctrl-C again to leave, or ask on.
chat-goodbye = Goodbye.
chat-no-sources = No answer with sources yet.
chat-unknown-command = There is no command { $command }. /help lists them.
chat-language = Speaking English; answers are in English too.
chat-language-auto = Answers are in the language of the question.
chat-language-which = Write /lang ko, /lang en or /lang auto.
chat-scope = Searching what these may read: { $scopes }
chat-forgotten = A new conversation; what was said before is forgotten.
chat-usage-sources = /sources
chat-usage-lang = /lang ko|en|auto
chat-usage-scope = /scope SCOPE…
chat-usage-new = /new
chat-usage-help = /help
chat-usage-quit = /quit
chat-help-sources = show the passages that the last answer stands on
chat-help-lang = change the language
chat-help-scope = search what a channel or a person may read too
chat-help-new = begin a new conversation
chat-help-help = show this
chat-help-quit = leave (Ctrl-D too)
banner-name = Saseo
banner-what = answers from your own documents
banner-known = { $documents ->
    [one] 1 document
   *[other] { $documents } documents
}, { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}.
banner-empty = No documents yet. Leave and run: saseo index FOLDER
banner-leave = /help shows the commands, /quit leaves.
