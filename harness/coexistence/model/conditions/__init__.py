"""What an inventory says beside sites, pools and people.

Who administers, what machines rest on, what deviates in messages and sign-ins, how links get in, and what
stands around the pools.

Law of this room: values only, and healthy unless somebody said otherwise. Each part says what it is about.
"""
