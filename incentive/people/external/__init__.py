"""Signing in by another service: OpenID Connect, and WeChat's way, by configuration."""
