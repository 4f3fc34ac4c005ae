#!/usr/bin/env bash
# 전날 백업이 제대로 끝났는지 확인하는 점검 스크립트입니다.
# 담당: 플랫폼팀 / 최종 검토일: 2026-01-30
# 실행 시각: 매일 06:10 KST (운영 호스트 ops-01.example.com)
#
# 종료 코드
#   0  정상
#   1  백업 파일이 없음
#   2  크기가 전날보다 20% 이상 줄어듦
#   3  암호화 확인 실패
#   4  디스크 여유 공간이 200GB 미만

set -euo pipefail

# 오늘 새벽에 만든 백업을 찾습니다. 파일 이름은 full-날짜.tar.zst.age 형식입니다.
today_file="/srv/backup/full/full-$(date +%Y%m%d).tar.zst.age"
yesterday_file="/srv/backup/full/full-$(date -d yesterday +%Y%m%d).tar.zst.age"

if [[ ! -f "$today_file" ]]; then
  echo "오늘 백업이 없습니다: $today_file" >&2
  exit 1
fi

# 전날보다 눈에 띄게 작으면 중간에 끊겼을 가능성이 큽니다.
today_size=$(stat -c %s "$today_file")
if [[ -f "$yesterday_file" ]]; then
  yesterday_size=$(stat -c %s "$yesterday_file")
  if (( today_size * 100 < yesterday_size * 80 )); then
    echo "백업 크기가 전날의 80%보다 작습니다: $today_size 바이트" >&2
    exit 2
  fi
fi

# 암호화하지 않은 백업은 절대로 보관하지 않습니다. 머리글만 읽어 확인합니다.
if ! head -c 21 "$today_file" | grep -q "age-encryption.org"; then
  echo "암호화된 파일이 아닙니다. 즉시 삭제하고 정보보호팀에 알려 주십시오." >&2
  exit 3
fi

# 여유 공간이 200GB보다 적으면 다음 백업이 실패할 수 있습니다.
free_gb=$(df --output=avail -BG /srv/backup | tail -1 | tr -dc '0-9')
if (( free_gb < 200 )); then
  echo "백업 디스크의 여유 공간이 ${free_gb}GB입니다." >&2
  exit 4
fi

echo "백업 정상: $today_size 바이트, 여유 공간 ${free_gb}GB"
