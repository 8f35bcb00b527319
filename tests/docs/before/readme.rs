use blog::{Blog, NewUser, User, users};
