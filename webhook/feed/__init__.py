"""The public, read-only feed of the directory in Open Referral UK (HSDS-UK 3.0); `webhook/feed/openapi.yml` describes it."""
