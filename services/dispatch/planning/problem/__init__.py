"""Planning: who goes where and when. One model for problem files and for the service.

* :mod:`.problem`: a :class:`PlanningProblem` asks for :class:`Line` s (one item, one site, so many volunteers, a window
  of days) to be served by :class:`Team` s. Time is a :class:`Slot`: a day counted from 0, and a part of it; a problem
  whose days are undivided has one part. Half-days, minutes of work, travel and set-up times are the same classes with
  more of their fields given.
* :mod:`.circuit`: the answer. A :class:`Circuit` is a set of :class:`Booth` s (line, team, slot, volunteers); every
  line without one is :class:`Unserved` with a reason. A :class:`Solution` adds what it is worth and what no plan can
  exceed.
  :class:`TourPlanner` is the port behind which solvers stand.
* :mod:`.check`: ``check_plan(problem, circuit)`` names every broken rule, for plans of machines and of hands. It
  decides.
* :mod:`.score`: ``score(problem, circuit)``: each goal on its own, and the weighted objective by which plans are
  compared.
* :mod:`.reasons`: why a line stays unserved, and the smallest relaxation that would serve it.
* :mod:`.certificate`: an upper bound on every plan's objective from dual prices, checked in one pass.
* :mod:`.files`: diancai.planning/v1 and diancai.plan/v1, with errors in words.

Nothing here knows a solver; no solver is trusted: whatever it gives goes through ``check_plan``.
"""
