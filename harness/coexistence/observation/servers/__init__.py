"""Pools and servers: services, replication, support, and what is left behind."""
