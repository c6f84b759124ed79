-- Purpose: what is known of a person, worked out from the person's number alone, so that no
--   table of 50 million people need be kept. People 0 to patients - 1 are registered; above them
--   stand unregistered residents and visitors, then newborns.
-- Inputs: the variables patients and first_day.

-- NHS numbers, made in steps (place, body, sum, ninth digit, text), each to be a column of its
-- own so that it is worked out once. The range 999 is never issued to patients, and holds
-- 899,999 numbers of use here (nine last digits for each five-digit body, less 999 999 9999,
-- which has ten equal digits). Benchmarks that need more take ten digits that start with 9.
create or replace macro nhs_capacity() as
if(getvariable('all_people') <= 899999, 899999, 89999999);

create or replace macro nhs_place(person) as
(person * 611953 + salt('nhs number', 1)::bigint) % nhs_capacity();

create or replace macro nhs_body(place) as
if(nhs_capacity() = 899999, 99900000, 90000000) + place // 9;

-- The weighted sum of the first eight digits: weights 10 down to 3.
create or replace macro nhs_sum(body) as
10 * (body // 10000000 % 10) + 9 * (body // 1000000 % 10) + 8 * (body // 100000 % 10)
+ 7 * (body // 10000 % 10) + 6 * (body // 1000 % 10) + 5 * (body // 100 % 10)
+ 4 * (body // 10 % 10) + 3 * (body % 10);

-- Of the ten ninth digits at most one would need the check digit 10, which does not exist; it is
-- left out, so that nine are always there.
create or replace macro nhs_ninth(sum_of_eight, place) as
place % 9
+ if(place % 9 >= (6 * (1 + 110 - sum_of_eight % 11)) % 11, 1, 0);

create or replace macro nhs_text(body, sum_of_eight, ninth) as
concat(body, ninth, (11 - (sum_of_eight + 2 * ninth) % 11) % 11);

-- A number whose check digit is wrong.
create or replace macro misread(nhs_number, step) as
concat(left(nhs_number, 9), (right(nhs_number, 1)::integer + 1 + step) % 10);

-- Age in whole years on the first day; within the last band the old are fewer than the less old.
create or replace macro person_age(person, minimum_age, maximum_age) as
minimum_age + if(
    maximum_age > 90,
    least(
        pick('age', person, maximum_age - minimum_age + 1),
        pick('age again', person, maximum_age - minimum_age + 1)
    ),
    pick('age', person, maximum_age - minimum_age + 1)
);

create or replace macro person_birth_date(person, minimum_age, maximum_age) as
(
    getvariable('first_day')
    - to_years(person_age(person, minimum_age, maximum_age)::integer)
)::date - pick('birthday', person, 365)::integer;

-- Three in a hundred change practice within the months, one in a hundred leaves the area.
create or replace macro moves(person) as happens('moves', person, 300);

create or replace macro leaves(person) as
not moves(person) and happens('leaves', person, 100);

create or replace macro change_date(person) as
getvariable('first_day')
+ 2 + pick('change date', person, getvariable('horizon_days') - 5)::integer;

create or replace macro practice_code(practice) as concat('Y9', lpad(practice::text, 4, '0'));

create or replace macro gmp_code(practice, place) as
concat('G9', lpad(practice::text, 4, '0'), lpad(place::text, 2, '0'));

create or replace macro gmp_of(person, practice, gps) as
gmp_code(practice, 1 + pick('gp', person, gps));

create or replace macro home_postcode(person, practice) as
concat(
    'ZQ', 1 + practice % 20, ' ', 1 + pick('sector', person, 9),
    chr(65 + pick('unit', person, 3)::integer),
    choose('unit end', person, ['B', 'D', 'E', 'F', 'G', 'H', 'J', 'L', 'N'])
);
