"""How a model's answer is asked for and checked, in the order in which `knowledge.answer` calls it.

1. `wanted`: in which language to answer.
2. `followup`: what is searched for, in the light of what was said.
3. `selection`: which passages the model is given; `order` and `knowledge.prompt`: in which form.
4. `cache`: the same question over the same passages has its answer.
5. `writer`: the model's stream, read through `cleaning` (citations), `links` (links, mentions) and `guard`
   (language).
   What they work on is `asked`.
6. `support`: whether the sources carry the text, and which of its `claims` (`quantities`, `moments`, `names`)
   they don't.
"""
