-- exercise: 118708-x-3
SELECT '<script>alert(1)</script>' AS "<b>x</b>", '=HYPERLINK("http://evil")' AS "=1+1", E'\x1b[2J\x1b]0;pwned\x07' AS "esc";
DO $$ BEGIN RAISE EXCEPTION E'<img src=x onerror=alert(1)> \x1b[31mred'; END $$;
