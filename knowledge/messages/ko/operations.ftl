### 운영: 상태, 수치, 백업

error-address-unavailable = { $address }에서 아무것도 열 수 없습니다.
error-address-unavailable-taken = 다른 프로그램이 이미 { $address }에서 듣고 있습니다. HTTP_PORT를 바꾸거나 그 프로그램을 멈추세요.
error-address-unavailable-denied = 이 계정으로는 { $address }에서 들을 수 없습니다. HTTP_PORT를 1024 이상으로 정하세요.
error-address-unavailable-host = 이 컴퓨터에는 { $address } 주소가 없습니다. HTTP_HOST를 127.0.0.1(이 컴퓨터만), 0.0.0.0(모든 네트워크) 또는 이 컴퓨터의 주소로 정하세요.
operations-at = 상태와 수치: http://{ $address }/readyz, /metrics
operations-open = HTTP_HOST 때문에 다른 컴퓨터도 { $address }에서 상태와 수치를 볼 수 있습니다. 글이나 이름은 없지만 비밀번호도 없으니 내부망에서만 쓰세요.
