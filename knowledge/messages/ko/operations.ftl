### 운영: 상태, 수치, 백업

error-address-unavailable = { $address }에서 아무것도 열 수 없습니다.
error-address-unavailable-taken = 다른 프로그램이 이미 { $address } 주소를 쓰고 있습니다. HTTP_PORT를 바꾸거나 그 프로그램을 멈춰 주세요.
error-address-unavailable-denied = 이 계정으로는 { $address } 주소를 열 수 없습니다. HTTP_PORT를 1024 이상으로 정해 주세요.
error-address-unavailable-host = 이 컴퓨터에는 { $address } 주소가 없습니다. HTTP_HOST를 127.0.0.1(이 컴퓨터만), 0.0.0.0(모든 네트워크) 또는 이 컴퓨터의 주소로 정해 주세요.
operations-at = 상태와 수치: http://{ $address }/readyz, /metrics
operations-open = HTTP_HOST 때문에 다른 컴퓨터도 { $address }에서 상태와 수치를 볼 수 있습니다. 글이나 이름은 없지만 비밀번호도 없으니 내부망에서만 써 주세요.

error-backup-failed = 백업 { $path } 파일을 쓸 수 없습니다.
error-backup-failed-nothing = { $path } 폴더에 아직 카탈로그가 없어 남길 것이 없습니다.
error-backup-failed-elsewhere = 카탈로그에는 올린 파일이 있는데 { $path } 폴더에는 하나도 없습니다. 그 파일들을 가진 봇의 컴퓨터에서, 또는 그 봇의 --data-dir로 실행해 주세요.
error-backup-failed-exists = { $path } 파일이 이미 있습니다. 다른 이름을 고르거나, 바꾸려면 --force를 붙여 주세요.
error-backup-failed-place = { $path } 파일을 쓸 수 없습니다. 폴더가 있는지, 이 계정이 쓸 수 있는지 확인해 주세요.
error-backup-failed-missing = { $path } 파일이 없습니다.
error-backup-failed-damaged = { $path } 파일이 잘렸거나 손상되어 아무것도 바꾸지 않았습니다. 보관한 곳에서 다시 복사해 주세요.
error-backup-failed-foreign = { $path } 파일은 Saseo의 백업이 아닙니다.
error-backup-failed-newer = { $path } 파일은 더 새로운 Saseo로 만들었습니다. 먼저 Saseo를 업데이트해 주세요.
error-backup-failed-occupied = { $path } 폴더에 이미 사서가 있습니다. --data-dir로 다른 폴더를 고르거나, 모두 바꾸려면 --force를 붙여 주세요.
error-backup-failed-filled = 데이터베이스 { $path }에 이미 카탈로그가 있습니다. CATALOG_URL에 빈 데이터베이스를 적거나, 모두 바꾸려면 --force를 붙여 주세요.
backup-made = { $path } 파일로 백업했습니다: 파일 { $files }개, { $size }. 다시 읽어 온전한지 확인했습니다. 문서 내용이 들어 있으니 문서만큼 안전하게 보관해 주세요.
backup-restored = { $folder } 폴더에 { $made_at }의 상태를 되살렸습니다. 색인은 다음에 시작할 때 만듭니다. 먼저 설정을 비교해 주세요(예전 설정은 비밀을 빼고 { $folder }/restored-settings에 있습니다). 설정에 없는 폴더의 문서는 지워집니다.
backup-restored-database = CATALOG_URL의 데이터베이스와 { $folder } 폴더에 { $made_at }의 상태를 되살렸습니다. 색인은 다음에 시작할 때 만듭니다. 먼저 설정을 비교해 주세요(예전 설정은 비밀을 빼고 { $folder }/restored-settings에 있습니다). 설정에 없는 폴더의 문서는 지워집니다.
help-backup = 다시 만들 수 없는 것을 모두 파일 하나에 남기기
    {""}
    카탈로그(문서, 벡터, 대화, 의견), 올린 파일, 비밀을 뺀 설정을 담습니다. 봇이 실행 중일 때도 됩니다. 색인은 카탈로그에서 만들고, 모델은 다시 받을 수 있습니다.
help-backup-examples =
    saseo backup /mnt/backup/saseo.zip
help-restore = 백업을 데이터 폴더에 되살리기
    {""}
    파일 전체를 확인한 뒤에 바꿉니다. 이 폴더에서 봇이 실행 중이면 안 됩니다.
help-restore-examples =
    saseo restore /mnt/backup/saseo.zip
    saseo --data-dir /srv/trial restore /mnt/backup/saseo.zip
help-arg-backup = 만들 파일
help-arg-restore = 백업 파일
help-opt-force-backup = 파일이 있으면 바꾸기
help-opt-force-restore = 데이터 폴더에 있는 것을 바꾸기
