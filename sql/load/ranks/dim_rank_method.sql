-- Set what can be set about the ways of ranking: null leaves a number, '' takes the first one again.
update warehouse.dim_rank_method
set
    prior_weight = case
        when %(prior_weight)s::text is null then prior_weight
        else coalesce(nullif(%(prior_weight)s, '')::double precision, 2)
    end,
    prior_mean = case
        when %(prior_mean)s::text is null then prior_mean
        else nullif(%(prior_mean)s, '')::double precision
    end
where name = 'bayesian';

update warehouse.dim_rank_method
set rating_weight = coalesce(nullif(%(rating_weight)s, '')::double precision, 0.6)
where name = 'blend' and %(rating_weight)s::text is not null;
