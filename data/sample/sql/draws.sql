-- Purpose: chance without a random number generator. draw(name, id) is a 32-bit number that
--   depends on the seed, on what is being drawn and for whom, and on nothing else: not on
--   threads, row order or DuckDB's version (whose own hash() may change between releases).
--   Integer arithmetic only; the mixing constants are those of Chris Wellons' published search
--   for a well-mixing 32-bit function.
-- Inputs: the variable seed.

create or replace macro salt(name, step) as
md5_number_lower(concat(getvariable('seed'), '/', name, '/', step)) % 4294967296;

create or replace macro fold(x, places) as xor(x, x >> places);

create or replace macro spread(x, factor) as (x * factor) & 4294967295::ubigint;

create or replace macro draw(name, id) as
fold(
    spread(
        fold(
            spread(
                fold(
                    (id::ubigint * (salt(name, 1) | 1::ubigint) + salt(name, 2))
                    & 4294967295::ubigint,
                    16
                ),
                2146121005::ubigint
            ),
            15
        ),
        2221713035::ubigint
    ),
    16
);

-- A whole number from 0 to n - 1.
create or replace macro pick(name, id, n) as ((draw(name, id) * n::ubigint) >> 32)::bigint;

-- True for so many in ten thousand.
create or replace macro happens(name, id, in_ten_thousand) as
pick(name, id, 10000) < in_ten_thousand;

-- One entry of a list.
create or replace macro choose(name, id, choices) as
choices[1 + pick(name, id, len(choices))];

-- A waiting-time shape with mean 1 and a long tail: Weibull, exponent 1.15, over its mean.
create or replace macro stretch(name, id) as
power(-ln((draw(name, id) + 1) / 4294967297.0), 1.15) / 1.0730;
