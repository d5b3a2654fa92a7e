"""The demo: a whole programme played through the public API by real field clients over a bad network.

`python -m fieldsync.demo --server URL` signs in an administrator, a manager, two coordinators, a consumer and
twelve inspectors, each with her own store, and tells the story from the first import to the findings file.
"""
