"""How a model's answer is asked for and checked, in the order in which `knowledge.answer` calls it.

1. `followup` and `wanted`: what is asked, in the light of what was said, and in which language to answer.
2. `order` and `knowledge.prompt`: the passages in the order that reuses most, within the model's budget.
3. `cache`: the same question over the same passages has its answer.
4. `writer`: the model's stream, read through `cleaning` (citations, links, mentions) and `guard` (language).
5. `support`: whether the sources carry the text, and what in it (`quantities`, `names`) they don't.
"""
