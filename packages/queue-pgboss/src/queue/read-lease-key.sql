-- -> secret  with which lease ids are signed
SELECT secret FROM {{schema}}.lease_key
