"""Persons, their volunteer numbers, sign-in, and roles held in scopes."""
