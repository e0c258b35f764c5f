"""HTTP operations on plans, planning runs, candidates and rules."""

from services.dispatch.plans.routes import board, candidates, plans, rules, runs

ROUTERS = [plans.router, runs.router, candidates.router, rules.router, board.router]
