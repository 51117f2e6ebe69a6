"""Commands about access: roles, logins, sources, the policy, and breaches of it."""
