### Running

run-sample = No folder yet: indexing the sample handbook { $folder }. Add your own with: saseo index FOLDER
run-slack-connected = Connected to Slack: { $team }, as { $bot }.
run-slack-listening = Listening for Slack: { $team }, as { $bot }. Its requests come in at { $address } (docs/slack.md).
run-slack-needs-port = Slack over HTTP (SLACK_SIGNING_SECRET) needs HTTP_PORT. docs/slack.md says how to set it up.
run-slack-needs-both = Slack isn't connected: { $missing } is missing. docs/slack.md says where to find it.
run-discord-connected = { $reads ->
    [all] Connected to Discord: { $servers }, as { $bot }.
   *[mentions] Connected to Discord: { $servers }, as { $bot }. It reads messages that mention it; for follow-ups without a mention see docs/discord.md.
}
run-discord-uninvited = Connected to Discord as { $bot }, which is in no server yet. Invite it: { $invitation }
run-chat-failed = A chat platform failed; the log says more. The rest goes on.
run-serving = Running without a terminal: the documents are kept up to date until this process is stopped.
run-stopped = Stopped.
cli-interrupted = Interrupted.
cli-nothing-done = Nothing was changed.
cli-unexpected = Something unexpected went wrong (id { $incident }). Details are in { $log } under this id; --verbose shows them here.
cli-unexpected-early = Something unexpected went wrong before the log was open: { $error }: { $detail }. --verbose shows more.
