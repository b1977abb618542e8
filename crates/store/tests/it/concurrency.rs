//! Many writers at once, in one process and in two.

use outlay_store::{Page, StoreError};

use crate::support::{campaign, euros, later, now, on_both, workspace};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_between_writers() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let first = fresh.store.workspace(id).campaigns().create(campaign("sum"), now()).await;
        let first = first.unwrap();
        let other = fresh.again().await;
        let writers = (0..8_u32).map(|writer| {
            let store = if writer % 2 == 0 { fresh.store.clone() } else { other.clone() };
            tokio::spawn(async move {
                let mut conflicts = 0;
                for _ in 0..5 {
                    loop {
                        let campaigns = store.workspace(id).campaigns();
                        let mut read = campaigns.get(first.id).await.unwrap();
                        read.body.budget.micros += 1_000_000;
                        match campaigns.update(read, later(1)).await {
                            Ok(_) => break,
                            Err(StoreError::Conflict { .. }) => conflicts += 1,
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
                conflicts
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let sum = fresh.store.workspace(id).campaigns().get(first.id).await.unwrap();
        assert_eq!((sum.body.budget, sum.version), (euros(140), 41));
        other.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_happens_as_a_whole_or_not() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let campaigns = fresh.store.workspace(id).campaigns();
        let transaction = fresh.store.begin().await.unwrap();
        let inside = transaction.workspace(id).campaigns();
        inside.create(campaign("dropped"), now()).await.unwrap();
        drop(transaction);
        let transaction = fresh.store.begin().await.unwrap();
        let inside = transaction.workspace(id).campaigns();
        inside.create(campaign("taken back"), now()).await.unwrap();
        transaction.rollback().await.unwrap();
        let refused: Result<(), _> = fresh
            .store
            .transact(|transaction| {
                Box::pin(async move {
                    let inside = transaction.workspace(id).campaigns();
                    inside.create(campaign("one"), now()).await?;
                    inside.create(campaign("one"), now()).await?;
                    Ok(())
                })
            })
            .await;
        assert!(matches!(refused, Err(StoreError::Duplicate { .. })), "{refused:?}");
        assert!(campaigns.list(Page::default()).await.unwrap().rows.is_empty());
        let kept = fresh
            .store
            .transact(|transaction| {
                Box::pin(async move {
                    transaction.workspace(id).campaigns().create(campaign("kept"), now()).await
                })
            })
            .await
            .unwrap();
        assert_eq!(campaigns.list(Page::default()).await.unwrap().rows, [kept]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_do_not_wait_for_a_writer() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let transaction = fresh.store.begin().await.unwrap();
        let inside = transaction.workspace(id).campaigns();
        inside.create(campaign("unseen"), now()).await.unwrap();
        let campaigns = fresh.store.workspace(id).campaigns();
        assert_eq!(campaigns.count().await.unwrap(), 0);
        transaction.commit().await.unwrap();
        assert_eq!(campaigns.count().await.unwrap(), 1);
    })
    .await;
}
