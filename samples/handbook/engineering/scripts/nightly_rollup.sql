-- 야간 집계: 하루치 측정값을 시간 단위로 모아 hourly_readings에 저장합니다.
-- 담당: 플랫폼팀 데이터 엔지니어 / 최종 검토일: 2025-12-22
-- 실행: 매일 01:30 KST, 작업 이름 nightly_rollup
-- 주의: 다시 실행해도 결과가 같도록 작성했습니다. 실패하면 그대로 다시 실행하시면 됩니다.

BEGIN;

-- 작업이 30분을 넘기면 중단합니다. 평소에는 7분 정도 걸립니다.
SET LOCAL statement_timeout = '30min';

-- 대상은 어제 하루입니다. 늦게 도착한 측정값 때문에 3일 전까지 다시 계산합니다.
CREATE TEMPORARY TABLE target_days ON COMMIT DROP AS
SELECT generate_series(
         date_trunc('day', now() AT TIME ZONE 'UTC') - interval '3 days',
         date_trunc('day', now() AT TIME ZONE 'UTC') - interval '1 day',
         interval '1 day'
       ) AS day;

-- 이미 있는 집계는 지우고 새로 씁니다.
DELETE FROM hourly_readings h
USING target_days d
WHERE h.hour >= d.day
  AND h.hour <  d.day + interval '1 day';

-- 온도가 영하 60도 미만이거나 120도를 넘는 값은 센서 오류로 보고 제외합니다.
-- 같은 태그와 같은 시각의 값이 여러 개이면 게이트웨이가 가장 먼저 받은 값을 씁니다.
INSERT INTO hourly_readings (site_id, tag_id, hour, n, t_min, t_avg, t_max, rh_avg)
SELECT r.site_id,
       r.tag_id,
       date_trunc('hour', r.measured_at) AS hour,
       count(*)                          AS n,
       min(r.temperature_c)              AS t_min,
       avg(r.temperature_c)              AS t_avg,
       max(r.temperature_c)              AS t_max,
       avg(r.humidity_pct)               AS rh_avg
FROM (
    SELECT DISTINCT ON (tag_id, measured_at) *
    FROM readings
    WHERE measured_at >= (SELECT min(day) FROM target_days)
      AND measured_at <  (SELECT max(day) + interval '1 day' FROM target_days)
      AND temperature_c BETWEEN -60 AND 120
    ORDER BY tag_id, measured_at, received_at
) AS r
GROUP BY r.site_id, r.tag_id, date_trunc('hour', r.measured_at);

-- 한 시간에 측정값이 4개보다 적은 태그는 '결측'으로 표시하여 다음 날 점검 목록에 올립니다.
INSERT INTO inspection_list (tag_id, hour, reason)
SELECT tag_id, hour, 'gap'
FROM hourly_readings
JOIN target_days ON hour >= day AND hour < day + interval '1 day'
WHERE n < 4
ON CONFLICT (tag_id, hour) DO NOTHING;

COMMIT;
