### Slack

slack-stop = 멈추기
slack-share = 이 채널에 공유
slack-shared = { $person } 님이 답을 공유했습니다
slack-looking = 찾는 중입니다. 답은 아래에 나오고 본인에게만 보입니다.
slack-thanks = 고맙습니다. 도움이 됩니다.
slack-feedback-gone = 이 답은 이제 보관되어 있지 않아 의견을 남기지 못했습니다.
slack-reason-title = 무엇이 아쉬웠나요?
slack-reason-submit = 보내기
slack-reason-close = 취소
slack-reason-which = 이 답은
slack-reason-wrong = 틀렸습니다
slack-reason-outdated = 오래된 내용입니다
slack-reason-missing = 있어야 할 문서가 빠졌습니다
slack-reason-not-allowed = 여기서 보이면 안 되는 내용입니다
slack-reason-other = 다른 문제가 있습니다
slack-reason-comment = 덧붙일 말
slack-share-failed = 이 채널에 답을 올리지 못했습니다. 저를 먼저 채널에 초대해 주세요.
slack-failed = 예상하지 못한 문제가 생겼습니다(번호 { $incident }, 자세한 내용은 로그에 있습니다). 다시 해 주세요.
