use blog::{NewTag, NewUser, Tag, User, posts, tags, users};
let (blog, jane, post) = a_blog().await?;
let author_id = jane.id;
let post = blog::Post { id: blog::PostId(keyloom::Uuid::now_v7()), ..post };
