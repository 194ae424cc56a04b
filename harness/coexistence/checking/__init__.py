"""What a check and a fault are: registering them, asking one that may itself be wrong, waiving findings.

Law of this room: a check is a plain function that is handed subjects and asserts. Here it is decided
what its parameters mean, at which checkpoints it is asked, and what its answers amount to. A check that
crashes is named, and spoils no other.
"""
