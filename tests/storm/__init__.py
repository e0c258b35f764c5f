"""The storm: everything is killed, stopped and cut, by a seed, while clients go on; then the books must balance."""
