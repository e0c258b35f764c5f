"""Rules of plans, candidates, planning runs, pins and bans."""
