package main

import (
	"context"
	"strings"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/tikv/client-go/v2/tikvrpc"
)

func (s *storeServer) KvPrewrite(ctx context.Context, r *kvrpcpb.PrewriteRequest) (*kvrpcpb.PrewriteResponse, error) {
	if r.Context == nil {
		r.Context = &kvrpcpb.Context{}
	}
	answer, err := s.prewriteAsync(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, err := range answer.Errors {
		s.cluster.completeError(err)
	}
	if r.TryOnePc && answer.RegionError == nil && len(answer.Errors) == 0 {
		return s.commitAtOnce(r, answer)
	}
	return answer, nil
}

// prewriteAsync adds asynchronous commit, which mocktikv lacks, to a prewrite.
func (s *storeServer) prewriteAsync(ctx context.Context, r *kvrpcpb.PrewriteRequest) (*kvrpcpb.PrewriteResponse, error) {
	if !r.UseAsyncCommit || r.TryOnePc {
		return s.prewrite(ctx, r)
	}
	c := s.cluster
	c.async.mu.Lock()
	defer c.async.mu.Unlock()
	answer, err := s.prewrite(ctx, r)
	if err != nil || answer.RegionError != nil || len(answer.Errors) > 0 {
		return answer, err
	}
	if answer.MinCommitTs, err = c.oracle.timestamp(); err != nil {
		return nil, err
	}
	return answer, c.async.prewritten(r, answer.MinCommitTs)
}

// commitAtOnce adds commit in one phase, which mocktikv lacks, to a prewrite that went well.
func (s *storeServer) commitAtOnce(r *kvrpcpb.PrewriteRequest, answer *kvrpcpb.PrewriteResponse) (*kvrpcpb.PrewriteResponse, error) {
	var keys [][]byte
	for _, mutation := range r.Mutations {
		if mutation.Op != kvrpcpb.Op_CheckNotExists {
			keys = append(keys, mutation.Key)
		}
	}
	timestamp, err := s.cluster.oracle.timestamp()
	if err != nil {
		return nil, err
	}
	if err := s.cluster.mvcc.Commit(keys, r.StartVersion, timestamp); err != nil {
		return &kvrpcpb.PrewriteResponse{Errors: []*kvrpcpb.KeyError{{Abort: err.Error()}}}, nil
	}
	answer.OnePcCommitTs = timestamp
	s.cluster.waiters.wake()
	return answer, nil
}

func (s *storeServer) prewrite(ctx context.Context, r *kvrpcpb.PrewriteRequest) (*kvrpcpb.PrewriteResponse, error) {
	for _, action := range r.PessimisticActions {
		if action == kvrpcpb.PrewriteRequest_DO_PESSIMISTIC_CHECK && len(r.PessimisticActions) >= len(r.Mutations) {
			return s.prewritePessimistic(ctx, r)
		}
	}
	return ask[*kvrpcpb.PrewriteResponse](ctx, s, tikvrpc.CmdPrewrite, r, r.Context)
}

func (s *storeServer) KvCommit(ctx context.Context, r *kvrpcpb.CommitRequest) (*kvrpcpb.CommitResponse, error) {
	answer, err := ask[*kvrpcpb.CommitResponse](ctx, s, tikvrpc.CmdCommit, r, r.Context)
	if err != nil {
		return nil, err
	}
	s.cluster.completeError(answer.Error)
	if answer.Error != nil && strings.Contains(answer.Error.Retryable, "not found") {
		answer.Error = &kvrpcpb.KeyError{TxnNotFound: &kvrpcpb.TxnNotFound{StartTs: r.StartVersion}}
	}
	answer.CommitVersion = r.CommitVersion
	return answer, nil
}

func (s *storeServer) KvCleanup(ctx context.Context, r *kvrpcpb.CleanupRequest) (*kvrpcpb.CleanupResponse, error) {
	return ask[*kvrpcpb.CleanupResponse](ctx, s, tikvrpc.CmdCleanup, r, r.Context)
}

func (s *storeServer) KvBatchRollback(ctx context.Context, r *kvrpcpb.BatchRollbackRequest) (*kvrpcpb.BatchRollbackResponse, error) {
	return ask[*kvrpcpb.BatchRollbackResponse](ctx, s, tikvrpc.CmdBatchRollback, r, r.Context)
}

func (s *storeServer) KvDeleteRange(ctx context.Context, r *kvrpcpb.DeleteRangeRequest) (*kvrpcpb.DeleteRangeResponse, error) {
	return ask[*kvrpcpb.DeleteRangeResponse](ctx, s, tikvrpc.CmdDeleteRange, r, r.Context)
}

func (s *storeServer) RawDeleteRange(ctx context.Context, r *kvrpcpb.RawDeleteRangeRequest) (*kvrpcpb.RawDeleteRangeResponse, error) {
	return ask[*kvrpcpb.RawDeleteRangeResponse](ctx, s, tikvrpc.CmdRawDeleteRange, r, r.Context)
}

func (s *storeServer) UnsafeDestroyRange(_ context.Context, r *kvrpcpb.UnsafeDestroyRangeRequest) (*kvrpcpb.UnsafeDestroyRangeResponse, error) {
	out := &kvrpcpb.UnsafeDestroyRangeResponse{}
	if err := s.cluster.mvcc.DeleteRange(r.StartKey, r.EndKey); err != nil {
		out.Error = err.Error()
	}
	return out, nil
}
