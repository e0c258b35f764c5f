"""What people do with recurring orders, and what a new day makes of them.

``proposing`` sets one up and begins it, ``changing`` changes, pauses and ends it, ``making`` makes its orders, and
``telling`` says how it stands.
"""
