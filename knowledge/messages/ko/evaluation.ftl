### 평가

eval-measure = 척도
eval-value = 값
eval-queries = 질문
eval-passages = 단락
eval-milliseconds = 질문당 ms
eval-plotted = 그림을 저장했습니다: { $path }
eval-plot-failed = 그림을 저장할 수 없습니다: { $path } ({ $detail }) 이미 있는 폴더에 .png, .svg, .pdf로 끝나는 이름을 적어 주세요.
