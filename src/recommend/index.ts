/**
 * recommend — what to show: counts of what visits did, criteria over them, slots filled with reasons.
 *
 * In:     lessons from the feed, one event each; the catalogue; one person's views, cart and orders
 * Out:    answers: items in order, each with its source, its reason and the counts behind it, and what rules took out
 * Owns:   tables custom_list, custom_list_row, custom_list_feed, design, design_number, offer, activity, activity_seen, activity_order, criterion, criterion_number, recommend_snapshot, recommend_snapshot_piece, replay; what is learned lives in memory
 * Knows:  base, store, job, language, event, profile, catalog
 * Never:  answers an item that is out of stock, excluded or unknown; draws at random
 * Start:  answer.ts, then criterion-definition.ts, execute.ts, engine.ts
 */
export { daysOf } from './asking.ts';
export type {
  AnsweredLine,
  AskedCriterion,
  Because,
  Filtered,
  Person,
  Reasons,
  RecommendationAnswer,
  RecommendedItem,
  RecommendRequest,
} from './answer.ts';
export { Activities } from './activities.ts';
export type { ActivityView, KnownElsewhere } from './activities.ts';
export { experiencesOf } from './activity.ts';
export type { ActivityDefinition, Asker, Choice, Experience, Grid, Passed } from './activity.ts';
export { ActivitySeen } from './activity-seen.ts';
export type { CarriedSeen, ExperienceNumbers } from './activity-seen.ts';
export { previewToken, readPreview } from './activity-preview.ts';
export type { Preview } from './activity-preview.ts';
export { contentOf, Criteria, shippedOnly } from './criteria.ts';
export type { CriterionVersion } from './criteria.ts';
export { shippedCriteria } from './criteria-shipped.ts';
export type * from './criterion-definition.ts';
export { readinessOf } from './readiness.ts';
export type { Grounds, Readiness } from './readiness.ts';
export { customLimits } from './custom-list.ts';
export { CustomLists } from './custom-lists.ts';
export { ListFeeds } from './list-feeds.ts';
export type { ListFeedNote, ListFeedSchedule } from './list-feeds.ts';
export type { StoredListFeed } from './table-list-feed.ts';
export type { CustomListView, CustomUpload } from './custom-lists.ts';
export { compileDesign, mostSlots } from './design.ts';
export type { Design, DesignDefinition, DesignLanguage, DesignType, Rendered } from './design.ts';
export type { DesignCheck, DesignProblem } from './design-validate.ts';
export { validateDesign } from './design-validate.ts';
export { Designs } from './designs.ts';
export type { DesignView } from './designs.ts';
export { basisOf, downloadOf } from './download.ts';
export type { DownloadLine } from './download.ts';
export { backtest, backtestDefaults, backtested, targets } from './backtest.ts';
export type { BacktestResult, BacktestSettings, Backtested, Target } from './backtest.ts';
export type { BacktestLack, ShopToTry, TriedCriterion } from './backtest-criteria.ts';
export { backtestLacks } from './backtest-criteria.ts';
export { openThread } from './backtest-thread.ts';
export { Replays } from './backtest-runs.ts';
export type { Replay, ReplaySettings, ReplayState, ReplayTask } from './table-backtest.ts';
export { Engine } from './engine.ts';
export { Describer } from './describer.ts';
export { ItemLearner } from './item-learner.ts';
export type { ItemModel } from './item-model.ts';
export { Evaluator } from './evaluate.ts';
export { evaluateCriteria, readEvent, readItem, readQuery } from './evaluate-format.ts';
export type { EvaluateCriterion, PastEvent, PastItem, PastQuery } from './evaluate-format.ts';
export { runEvaluation } from './evaluate-run.ts';
export type { EvaluateDone, EvaluateFiles } from './evaluate-run.ts';
export { ListScore } from './evaluate-score.ts';
export type { Figure, ListScores, Popularities } from './evaluate-score.ts';
export { Follower } from './follower.ts';
export type { FeedBatch, Pupil, ReadFeed } from './follower.ts';
export { errors as recommendErrors } from './error.ts';
export { titleOf } from './execute.ts';
export { needsOf } from './key.ts';
export { migrations } from './migration.ts';
export type { FixedOffer, OfferDefinition, Offering, RecommendationOffer } from './offer.ts';
export { emptySeen } from './table-activity-seen.ts';
export { emptySnapshots } from './table-snapshot.ts';
export { Retirer, visitLimits } from './retirer.ts';
export { Snapshots } from './snapshots.ts';
export { Recommender } from './recommender.ts';
export type { RecommenderParts } from './recommender.ts';
export { hiding } from './sieve.ts';
export type { Algorithm, Group, Likeness, ListQuery, RelatedAction, Scored, Source, Step } from './source.ts';
export { tune, tunedBy, tuneLimits } from './tune.ts';
export type { OwnTuning, TunedOutcome, TuneResult } from './tune.ts';
export { near } from './tune-space.ts';
export type { TunedPart } from './tune-space.ts';
export { shippedTuning } from './tuning.ts';
export type { Neighbourhood, Tuning } from './tuning.ts';
