-- -> now  in ms since the epoch
SELECT {{schema}}.epoch_ms({{schema}}.now_ms()) AS now
