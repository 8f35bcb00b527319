package main

import (
	"bytes"
	"context"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/tikv/client-go/v2/testutils"
	"github.com/tikv/client-go/v2/tikvrpc"
	"github.com/tikv/client-go/v2/util/codec"
)

func (s *storeServer) KvGet(ctx context.Context, r *kvrpcpb.GetRequest) (*kvrpcpb.GetResponse, error) {
	answer, err := ask[*kvrpcpb.GetResponse](ctx, s, tikvrpc.CmdGet, r, r.Context)
	if err != nil {
		return nil, err
	}
	s.cluster.completeError(answer.Error)
	answer.NotFound = answer.RegionError == nil && answer.Error == nil && answer.Value == nil
	return answer, nil
}

func (s *storeServer) KvBatchGet(ctx context.Context, r *kvrpcpb.BatchGetRequest) (*kvrpcpb.BatchGetResponse, error) {
	answer, err := ask[*kvrpcpb.BatchGetResponse](ctx, s, tikvrpc.CmdBatchGet, r, r.Context)
	if err != nil {
		return nil, err
	}
	for _, pair := range answer.Pairs {
		s.cluster.completeError(pair.Error)
	}
	return answer, nil
}

func (s *storeServer) KvScan(ctx context.Context, r *kvrpcpb.ScanRequest) (*kvrpcpb.ScanResponse, error) {
	if r.Reverse {
		return s.reverseScan(ctx, r)
	}
	if start, _ := s.cluster.bounds(r.Context.GetRegionId()); bytes.Compare(r.StartKey, start) < 0 {
		r.StartKey = start
	}
	answer, err := ask[*kvrpcpb.ScanResponse](ctx, s, tikvrpc.CmdScan, r, r.Context)
	if err != nil {
		return nil, err
	}
	for _, pair := range answer.Pairs {
		s.cluster.completeError(pair.Error)
		if r.KeyOnly {
			pair.Value = nil
		}
	}
	return answer, nil
}

// rowsAtOnce is how many stored rows (versions and locks) a reverse scan reads at once.
const rowsAtOnce = 512

// reverseScan stands for mocktikv's own, which leaves out keys with empty values.
func (s *storeServer) reverseScan(ctx context.Context, r *kvrpcpb.ScanRequest) (*kvrpcpb.ScanResponse, error) {
	start, end := s.cluster.bounds(r.Context.GetRegionId())
	if bytes.Compare(r.EndKey, start) > 0 {
		start = r.EndKey
	}
	if len(r.StartKey) > 0 && (len(end) == 0 || bytes.Compare(r.StartKey, end) < 0) {
		end = r.StartKey
	}
	// A scan of nothing through mocktikv checks region, epoch and leader.
	check := &kvrpcpb.ScanRequest{Context: r.Context, StartKey: start, Version: 1}
	out, err := ask[*kvrpcpb.ScanResponse](ctx, s, tikvrpc.CmdScan, check, r.Context)
	if err != nil || out.RegionError != nil {
		return out, err
	}
	var upper, last []byte
	if len(end) > 0 {
		upper = codec.EncodeBytes(nil, end)
	}
	for seen := false; ; {
		rows := s.cluster.raw.RawReverseScan("", upper, codec.EncodeBytes(nil, start), rowsAtOnce)
		for _, row := range rows {
			_, key, err := codec.DecodeBytes(row.Key, nil)
			if err != nil || (seen && bytes.Equal(key, last)) {
				continue
			}
			last, seen = key, true
			pair, err := s.visible(key, r)
			if err != nil {
				return nil, err
			}
			if pair != nil {
				out.Pairs = append(out.Pairs, pair)
			}
			if len(out.Pairs) >= int(r.Limit) {
				return out, nil
			}
		}
		if len(rows) < rowsAtOnce || !seen {
			return out, nil
		}
		upper = codec.EncodeBytes(nil, last)
	}
}

// visible is what a scan finds at a key: a value, a lock, or nothing.
func (s *storeServer) visible(key []byte, r *kvrpcpb.ScanRequest) (*kvrpcpb.KvPair, error) {
	read := func(mvcc testutils.MVCCStore) ([]byte, error) {
		return mvcc.Get(key, r.Version, r.Context.GetIsolationLevel(), r.Context.GetResolvedLocks())
	}
	value, err := read(s.cluster.mvcc)
	if err != nil {
		if lock := s.cluster.lockInfo(key, 0); lock != nil {
			return &kvrpcpb.KvPair{Error: &kvrpcpb.KeyError{Locked: lock}}, nil
		}
		// The lock was resolved meanwhile.
		if value, err = read(s.cluster.mvcc); err != nil {
			return nil, err
		}
	}
	if value == nil {
		return nil, nil
	}
	if r.KeyOnly {
		value = nil
	}
	return &kvrpcpb.KvPair{Key: key, Value: value}, nil
}
