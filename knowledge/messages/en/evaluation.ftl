### Evaluation

eval-measure = measure
eval-value = value
eval-queries = queries
eval-passages = passages
eval-milliseconds = ms per query
eval-plotted = The picture is in { $path }.
eval-plot-failed = The picture { $path } can't be written ({ $detail }). Name a file that ends in .png, .svg or .pdf, in a folder that exists.
