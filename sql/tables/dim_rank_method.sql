-- warehouse.dim_rank_method
-- Grain: one row per way of ranking albums.
-- Holds what can be set, so that the job, the API and every report go by the same numbers.
create table warehouse.dim_rank_method (
    rank_method smallint not null,
    name text not null,
    description text not null,
    prior_weight double precision,
    prior_mean double precision,
    rating_weight double precision,
    constraint dim_rank_method_pk primary key (rank_method),
    constraint dim_rank_method_natural_key unique (name),
    constraint dim_rank_method_prior_weight_ck check (prior_weight >= 0),
    constraint dim_rank_method_prior_mean_ck check (prior_mean between 0 and 100),
    constraint dim_rank_method_rating_weight_ck check (rating_weight between 0 and 1)
);
comment on table warehouse.dim_rank_method is
'Grain: one row per way of ranking albums.';
comment on column warehouse.dim_rank_method.prior_weight is
'm of the bayesian mean: how many ratings the prior is worth.';
comment on column warehouse.dim_rank_method.prior_mean is
'C of the bayesian mean; null: the mean of all ratings that count.';
comment on column warehouse.dim_rank_method.rating_weight is
'Share of the rating in the blend; the rest is listening.';
insert into warehouse.dim_rank_method (
    rank_method, name, description, prior_weight, prior_mean, rating_weight
)
values
(1, 'average', 'Mean of the ratings that count.', null, null, null),
(2, 'bayesian', 'Mean of the ratings, drawn to the prior while they are few.', 2, null, null),
(3, 'plays', 'Time listened per track of the album.', null, null, null),
(4, 'blend', 'The bayesian mean and the time listened, weighted.', null, null, 0.6);
