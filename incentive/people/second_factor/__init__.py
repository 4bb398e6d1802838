"""The second factor: a code from an authenticator app (TOTP), or one of the recovery codes."""
