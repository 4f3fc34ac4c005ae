### Operations: status, figures, backup

error-address-unavailable = Nothing can be served at { $address }.
error-address-unavailable-taken = Another program already listens at { $address }. Set another HTTP_PORT, or stop that program.
error-address-unavailable-denied = This account may not listen at { $address }. Set HTTP_PORT to a port of 1024 or above.
error-address-unavailable-host = This machine has no address { $address }. Set HTTP_HOST to 127.0.0.1 (this machine alone), 0.0.0.0 (every network) or one of its own addresses.
operations-at = Status and figures: http://{ $address }/readyz and /metrics
operations-open = HTTP_HOST lets other machines read status and figures at { $address }. They hold no texts and no names, but there is no password: keep the port inside your network.
