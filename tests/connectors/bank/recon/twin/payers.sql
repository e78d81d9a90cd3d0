-- Pass 8: the account is registered and nobody rivals; by itself only if it is registered to that
-- very borrower and the days are near. Run twice: first for what earlier nights left open (pass
-- 11: seen before the given date, sure pairs only), then for every line.

insert into link
with edge as (
    select r.id, u.id as due, u.loan_no, u.kind, u.loose, r.booked_on, u.due_on,
           bool_or(g.borrower = u.borrower and g.borrower <> '') as own,
           count(*) over (partition by r.id) as dues, count(*) over (partition by u.id) as lines,
           bool_or(kind = 'payoff') over (partition by u.loan_no)
           and min(u.id) over (partition by u.loan_no) < max(u.id) over (partition by u.loan_no)
           as both_ways
    from weak r
    join registered g on g.account = r.other_account
    join unpaid u on u.fen = r.fen and ((u.borrower = g.borrower and u.borrower <> '')
                                     or (u.loan_no = g.loan_no and u.loan_no <> ''))
    where r.first_seen < %(before)s::date or %(before)s::date is null
    group by r.id, u.id, u.loan_no, u.kind, u.loose, r.booked_on, u.due_on
), pair as (
    select id, due, own and coalesce(abs(paid.working - fell.working) <= near_days, false) as sure
    from edge cross join setting
    left join day paid on paid.day = booked_on left join day fell on fell.day = due_on
    where dues = 1 and lines = 1 and loose and not both_ways
)
select 'PAYER_ACCOUNT', sure, id, side, member
from pair cross join lateral (values ('statement', id), ('due', due)) m (side, member)
where sure or %(before)s::date is null;
